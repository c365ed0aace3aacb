// SPDX-License-Identifier: GPL-2.0-only
//
// Bytes behind the network header are read through skb_header_pointer(), into a
// buffer of the caller, and what it returns is kept nowhere. The packet stays as
// it is: nothing may move its headers while pointers to them are in use. The
// control block belongs to IP.
//
// files: kmod/*.c kmod/*.h

@@
expression skb, x;
identifier member;
@@
(
* x->member = skb_header_pointer(skb, ...)
|
* x.member = skb_header_pointer(skb, ...)
|
* icmp_hdr(...)
|
* icmp6_hdr(...)
|
* tcp_hdr(...)
|
* udp_hdr(...)
|
* skb_transport_header(...)
|
* pskb_may_pull(...)
|
* skb_linearize(...)
|
* pskb_expand_head(...)
|
* skb_ensure_writable(...)
|
* skb_pull(...)
|
* skb_push(...)
|
* IPCB(...)
|
* IP6CB(...)
)

@@
expression skb;
@@
* return skb_header_pointer(skb, ...);

@@
struct sk_buff *skb;
@@
(
* skb->data
|
* skb->cb
)

// The buffer is filled anew: what was read from it before is no more.
@first@
identifier old;
expression skb, a, b, buffer;
@@
	old = skb_header_pointer(skb, a, b, buffer)

@exists@
identifier first.old, new != first.old, member;
expression skb, a, b, c, d, buffer, any_value;
@@
	old = skb_header_pointer(skb, a, b, buffer)
	... when != old = any_value
	new = skb_header_pointer(skb, c, d, buffer)
	... when != old = any_value
*	old->member
