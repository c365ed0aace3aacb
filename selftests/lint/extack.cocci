// SPDX-License-Identifier: GPL-2.0-only
//
// A refusal without a sentence: in a function that could say one there is a way
// to an error of its own on which nothing is said. What a callee has refused,
// the callee has said something about.
//
// files: kmod/nl*.c kmod/settings.c kmod/config.c kmod/prefix.c

@with_extack@
identifier f, extack;
position p;
@@
f@p(..., struct netlink_ext_ack *extack, ...) { ... }

@with_info@
identifier f, info;
position p;
@@
f@p(..., struct genl_info *info, ...) { ... }

@with_change@
identifier f, change;
position p;
@@
f@p(..., struct icmpg_nl_change *change, ...) { ... }

@exists@
identifier f;
position p = {with_extack.p, with_info.p, with_change.p};
identifier say =~ "^icmpg_.*_say_";
expression err;
constant C != EMSGSIZE;
@@
f@p(...)
{
	... when != NL_SET_ERR_MSG(...)
	    when != NL_SET_ERR_MSG_ATTR(...)
	    when != GENL_SET_ERR_MSG(...)
	    when != say(...)
(
*	return -C;
|
*	return ERR_PTR(-C);
|
*	err = -C;
)
	... when any
}
