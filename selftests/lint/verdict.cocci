// SPDX-License-Identifier: GPL-2.0-only
//
// A packet's end is decided in one place, where it is counted: hook.c.
//
// files: kmod/*.c kmod/*.h !kmod/hook.c

@@
@@
(
* NF_DROP
|
* NF_STOLEN
|
* NF_DROP_ERR(...)
|
* NF_DROP_REASON(...)
|
* kfree_skb(...)
|
* kfree_skb_reason(...)
|
* consume_skb(...)
)
