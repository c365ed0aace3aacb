// SPDX-License-Identifier: GPL-2.0-only
/*
 * What an XDP program takes that does as the others: a limit for each source in
 * an LRU hash, and one that all of them share. Limits are theoretical arrival
 * times, which takes fewer instructions than tokens do.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define XDP_SOURCES	1048576
/* linux/icmp.h wants headers that there are none of for this target */
#define XDP_ECHO_REQUEST	8
#define XDP_ECHO_REQUEST_V6	128

/* nanoseconds: of a source, what a packet costs and the burst; of all */
enum xdp_rate {
	XDP_RATE_OWN,
	XDP_RATE_OWN_BURST,
	XDP_RATE_ALL,
	XDP_RATE_ALL_BURST,
	XDP_RATES
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, XDP_RATES);
	__type(key, __u32);
	__type(value, __u64);
} xdp_rates SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, XDP_SOURCES);
	__type(key, __u64);
	__type(value, __u64);
} xdp_sources SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} xdp_all SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} xdp_count SEC(".maps");

static __always_inline __u64 xdp_rate(__u32 index)
{
	__u64 *rate = bpf_map_lookup_elem(&xdp_rates, &index);

	return rate ? *rate : 0;
}

/* Does the bucket have room? If so, it pays; two CPUs may pay once. */
static __always_inline int xdp_take(__u64 *tat, __u64 now, __u32 index)
{
	__u64 cost = xdp_rate(index), burst = xdp_rate(index + 1);
	__u64 from = *tat > now ? *tat : now;

	if (from + cost > now + burst)
		return 0;
	*tat = from + cost;
	return 1;
}

static __always_inline int xdp_drop(void)
{
	__u32 index = 0;
	__u64 *count = bpf_map_lookup_elem(&xdp_count, &index);

	if (count)
		(*count)++;
	return XDP_DROP;
}

static __always_inline int xdp_judge(__u64 source)
{
	__u64 now = bpf_ktime_get_ns(), *bucket;
	__u32 index = 0;

	bucket = bpf_map_lookup_elem(&xdp_sources, &source);
	if (bucket) {
		if (!xdp_take(bucket, now, XDP_RATE_OWN))
			return xdp_drop();
	} else {
		__u64 fresh = now + xdp_rate(XDP_RATE_OWN);

		bpf_map_update_elem(&xdp_sources, &source, &fresh, BPF_NOEXIST);
	}
	bucket = bpf_map_lookup_elem(&xdp_all, &index);
	if (bucket && !xdp_take(bucket, now, XDP_RATE_ALL))
		return xdp_drop();
	return XDP_PASS;
}

SEC("xdp")
int xdp_bench(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;

	if ((void *)(eth + 1) > end)
		return XDP_PASS;
	if (eth->h_proto == bpf_htons(ETH_P_IP)) {
		struct iphdr *ip = (void *)(eth + 1);
		__u8 *type = (void *)(ip + 1);

		if ((void *)(type + 1) > end || ip->ihl != 5 ||
		    ip->protocol != IPPROTO_ICMP || *type != XDP_ECHO_REQUEST)
			return XDP_PASS;
		return xdp_judge(ip->saddr);
	}
	if (eth->h_proto == bpf_htons(ETH_P_IPV6)) {
		struct ipv6hdr *ip = (void *)(eth + 1);
		__u8 *type = (void *)(ip + 1);

		if ((void *)(type + 1) > end || ip->nexthdr != IPPROTO_ICMPV6 ||
		    *type != XDP_ECHO_REQUEST_V6)
			return XDP_PASS;
		return xdp_judge((__u64)ip->saddr.s6_addr32[0] << 32 |
				 ip->saddr.s6_addr32[1]);
	}
	return XDP_PASS;
}

char xdp_license[] SEC("license") = "GPL";
