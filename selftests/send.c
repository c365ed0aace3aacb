// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sends ICMP packets exactly as told, byte for byte, from a network namespace:
 * into a packet socket, so what the stack there thinks of them doesn't matter.
 *
 *	send NAMESPACE DEVICE [WORD...] [+|++ WORD...]...
 *
 * A + begins another packet that is like the one before it but for the words
 * that follow, a ++ one that starts from the defaults again, but for its link.
 * All of them are sent in order on one CPU, so the network devices keep them in
 * order. The words are below, at send_words.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <sched.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define SEND_FRAME_MAX	65536
#define SEND_CHAIN_MAX	16
#define SEND_PAYLOAD_MAX 512
#define SEND_QUOTE	48	/* bytes */
#define SEND_NS		1000000000ULL

/* one kind of packet, and how many of it */
struct send_packet {
	uint8_t to[ETH_ALEN];
	uint8_t from[ETH_ALEN];
	int family;
	struct in6_addr src;
	struct in6_addr dst;
	uint32_t step_src;
	uint32_t step_dst;
	uint32_t step_net;
	uint32_t ttl;
	uint32_t type;
	uint32_t code;
	uint32_t id;
	uint32_t len;
	uint32_t total;
	uint32_t offset;
	uint32_t more;
	uint32_t protocol;
	uint32_t next;
	bool has_next;
	uint32_t options;
	uint32_t cut;
	uint32_t udp;
	uint32_t rest;
	bool has_rest;
	uint8_t payload[SEND_PAYLOAD_MAX];
	uint32_t payload_size;
	char chain[SEND_CHAIN_MAX + 1];
	uint32_t count;
	uint32_t rate;
	uint32_t gather;
	uint32_t ms;
	uint32_t limit;
	uint32_t burst;
};

/* a frame under construction */
struct send_frame {
	uint8_t byte[SEND_FRAME_MAX];
	size_t size;
};

static void __attribute__((noreturn, format(printf, 1, 2)))
send_die(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fputs("send: ", stderr);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
	va_end(args);
	exit(1);
}

static void send_put(struct send_frame *frame, const void *bytes, size_t size)
{
	if (frame->size + size > sizeof(frame->byte))
		send_die("a frame of more than %d bytes", SEND_FRAME_MAX);
	if (bytes)
		memcpy(frame->byte + frame->size, bytes, size);
	else
		memset(frame->byte + frame->size, 0, size);
	frame->size += size;
}

static void send_put8(struct send_frame *frame, uint8_t value)
{
	send_put(frame, &value, 1);
}

static void send_put16(struct send_frame *frame, uint16_t value)
{
	value = htons(value);
	send_put(frame, &value, 2);
}

static void send_put32(struct send_frame *frame, uint32_t value)
{
	value = htonl(value);
	send_put(frame, &value, 4);
}

/* RFC 1071, over what the words of a message sum up to so far */
static uint32_t send_sum(uint32_t sum, const void *bytes, size_t size)
{
	const uint8_t *byte = bytes;
	size_t i;

	for (i = 0; i < size; i++)
		sum += i % 2 ? byte[i] : byte[i] << 8;
	return sum;
}

static uint16_t send_checksum(uint32_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return ~sum;
}

/* An error that a packet of ours would have been the cause of. */
static bool send_is_error(const struct send_packet *packet)
{
	if (packet->udp || packet->offset || packet->payload_size)
		return false;
	if (packet->family == AF_INET6)
		return packet->type > 0 && packet->type < 5;
	return (packet->type >= 3 && packet->type <= 5) ||
	       packet->type == 11 || packet->type == 12;
}

/*
 * What an error quotes unless it is told: the first bytes of a datagram of 1500
 * bytes that its receiver has sent to its sender.
 */
static void send_quote(const struct send_packet *packet,
		       uint8_t quote[SEND_QUOTE])
{
	static const uint8_t ports[8] = { 0x80, 0, 0, 53, 5, 0xc8, 0, 0 };

	memset(quote, 0, SEND_QUOTE);
	if (packet->family == AF_INET6) {
		memcpy(quote, "\x60\0\0\0\x05\xb4\x11\x40", 8);
		memcpy(quote + 8, &packet->dst, 16);
		memcpy(quote + 24, &packet->src, 16);
		memcpy(quote + 40, ports, 8);
		return;
	}
	memcpy(quote, "\x45\0\x05\xdc\0\x01\0\0\x40\x11", 10);
	memcpy(quote + 12, &packet->dst, 4);
	memcpy(quote + 16, &packet->src, 4);
	memcpy(quote + 20, ports, 8);
}

/* Identifier and sequence are 1; a path has 1280 bytes. */
static uint32_t send_rest(const struct send_packet *packet)
{
	bool path_mtu = packet->family == AF_INET6 ? packet->type == 2 :
			packet->type == 3 && packet->code == 4;

	if (packet->has_rest)
		return packet->rest;
	return path_mtu ? 1280 : 0x10001;
}

/*
 * The message: its header, what it carries, and zeros, so the checksum of the
 * whole is known from the first fragment.
 */
static void send_put_message(struct send_frame *frame,
			     const struct send_packet *packet)
{
	uint32_t rest = htonl(send_rest(packet)), carried = packet->payload_size;
	uint8_t header[8] = { packet->type, packet->code };
	uint8_t quote[SEND_QUOTE];
	const uint8_t *payload = packet->payload;
	size_t start = frame->size, address = 16, at = 2;
	uint32_t sum = 0;
	uint16_t check;

	memcpy(header + 4, &rest, 4);
	if (packet->udp) {
		uint16_t udp[4] = { htons(packet->udp), htons(packet->udp),
				    htons(packet->total), 0 };

		memcpy(header, udp, sizeof(header));
		at = 6;
		sum = packet->total + IPPROTO_UDP;
	} else if (packet->family == AF_INET6) {
		sum = packet->total + IPPROTO_ICMPV6;
	}
	if (packet->family == AF_INET)
		address = 4;
	if (sum) {
		sum = send_sum(sum, &packet->src, address);
		sum = send_sum(sum, &packet->dst, address);
	}
	if (send_is_error(packet)) {
		send_quote(packet, quote);
		payload = quote;
		carried = sizeof(quote);
	}
	if (packet->len < 8)
		carried = 0;
	else if (carried > packet->len - 8)
		carried = packet->len - 8;
	sum = send_sum(sum, payload, carried);
	check = htons(send_checksum(send_sum(sum, header, 8)));
	memcpy(header + at, &check, 2);
	send_put(frame, NULL, packet->len);
	if (packet->offset)
		return;
	memcpy(frame->byte + start, header, packet->len < 8 ? packet->len : 8);
	memcpy(frame->byte + start + 8, payload, carried);
}

static uint8_t send_protocol(const struct send_packet *packet)
{
	if (packet->protocol)
		return packet->protocol;
	if (packet->udp)
		return IPPROTO_UDP;
	return packet->family == AF_INET ? IPPROTO_ICMP : IPPROTO_ICMPV6;
}

static void send_put_ipv4(struct send_frame *frame,
			  const struct send_packet *packet)
{
	size_t start = frame->size, headers = 20 + packet->options;
	uint32_t length = headers + packet->len;
	uint16_t check;

	if (packet->cut < packet->len)
		length = headers + packet->cut;
	send_put8(frame, 0x40 | headers / 4);
	send_put8(frame, 0);
	send_put16(frame, length);
	send_put16(frame, packet->id);
	send_put16(frame, packet->offset / 8 | (packet->more ? 0x2000 : 0));
	send_put8(frame, packet->ttl);
	send_put8(frame, send_protocol(packet));
	send_put16(frame, 0);
	send_put(frame, &packet->src, 4);
	send_put(frame, &packet->dst, 4);
	send_put(frame, NULL, packet->options);
	/* no operation, RFC 791 */
	memset(frame->byte + start + 20, 1, packet->options);
	check = htons(send_checksum(send_sum(0, frame->byte + start, headers)));
	memcpy(frame->byte + start + 10, &check, 2);
	send_put_message(frame, packet);
	frame->size = start + length;
}

static uint8_t send_header_number(char letter)
{
	switch (letter) {
	case 'h':
		return IPPROTO_HOPOPTS;
	case 'd':
		return IPPROTO_DSTOPTS;
	case 'r':
		return IPPROTO_ROUTING;
	case 'f':
		return IPPROTO_FRAGMENT;
	case 'a':
		return IPPROTO_AH;
	case 'e':
		return IPPROTO_ESP;
	}
	send_die("no extension header '%c': one of h d r f a e", letter);
}

/* What follows the header that is @chain[0]. */
static uint8_t send_next_header(const struct send_packet *packet,
				const char *chain)
{
	if (chain[0] == 'f' && packet->has_next)
		return packet->next;
	if (chain[1])
		return send_header_number(chain[1]);
	return send_protocol(packet);
}

/* 8 bytes each: padding as options; a routing header with nothing left. */
static void send_put_extension(struct send_frame *frame,
			       const struct send_packet *packet,
			       const char *chain)
{
	static const uint8_t padding[6] = { 1, 4 };

	send_put8(frame, send_next_header(packet, chain));
	if (*chain == 'f') {
		send_put8(frame, 0);
		send_put16(frame, (packet->offset & ~7U) | (packet->more ? 1 : 0));
		send_put32(frame, packet->id);
		return;
	}
	send_put8(frame, 0);
	send_put(frame, *chain == 'r' ? NULL : padding, 6);
}

static void send_put_ipv6(struct send_frame *frame,
			  const struct send_packet *packet)
{
	char chain[SEND_CHAIN_MAX + 2];
	size_t start = frame->size, length;
	const char *each;
	uint16_t value;

	strcpy(chain, packet->chain);
	if ((packet->offset || packet->more) && !strchr(chain, 'f'))
		strcat(chain, "f");
	send_put32(frame, 6U << 28);
	send_put16(frame, 0);
	send_put8(frame, chain[0] ? send_header_number(chain[0]) :
				    send_protocol(packet));
	send_put8(frame, packet->ttl);
	send_put(frame, &packet->src, 16);
	send_put(frame, &packet->dst, 16);
	for (each = chain; *each; each++)
		send_put_extension(frame, packet, each);
	send_put_message(frame, packet);
	length = frame->size - start - 40;
	if (packet->cut < length)
		length = packet->cut;
	value = htons(length);
	memcpy(frame->byte + start + 4, &value, 2);
	frame->size = start + 40 + length;
}

static void send_build(struct send_frame *frame,
		       const struct send_packet *packet)
{
	frame->size = 0;
	send_put(frame, packet->to, ETH_ALEN);
	send_put(frame, packet->from, ETH_ALEN);
	send_put16(frame, packet->family == AF_INET ? ETH_P_IP : ETH_P_IPV6);
	if (packet->family == AF_INET)
		send_put_ipv4(frame, packet);
	else
		send_put_ipv6(frame, packet);
}

static uint64_t send_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * SEND_NS + now.tv_nsec;
}

static void send_wait_until(uint64_t ns)
{
	struct timespec until = { ns / SEND_NS, ns % SEND_NS };

	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
}

static void send_frame(int fd, const struct send_frame *frame)
{
	while (send(fd, frame->byte, frame->size, 0) < 0)
		if (errno != ENOBUFS && errno != EINTR)
			send_die("%zu bytes: %s", frame->size, strerror(errno));
}

/* 32 bits of an address. */
static void send_step(uint32_t *bits, uint32_t step)
{
	*bits = htonl(ntohl(*bits) + step);
}

/* Return: whether anything has changed. */
static bool send_step_all(struct send_packet *packet)
{
	int last = packet->family == AF_INET ? 0 : 3;

	send_step(&packet->src.s6_addr32[last], packet->step_src);
	send_step(&packet->dst.s6_addr32[last], packet->step_dst);
	send_step(&packet->src.s6_addr32[1], packet->step_net);
	return packet->step_src || packet->step_dst || packet->step_net;
}

/* What a limit would do, had it only the times of sending: a bucket of tokens. */
struct send_twin {
	double tokens;
	uint64_t last_ns;
	uint64_t admitted;
};

static void send_ask_twin(struct send_twin *twin,
			  const struct send_packet *packet, uint64_t now_ns)
{
	twin->tokens += (double)(now_ns - twin->last_ns) * packet->limit / 1e9;
	if (twin->tokens > packet->burst || !twin->last_ns)
		twin->tokens = packet->burst;
	twin->last_ns = now_ns;
	if (twin->tokens >= 1) {
		twin->tokens--;
		twin->admitted++;
	}
}

/* Waits until it is the turn of packet @i; false if that is too late. */
static bool send_wait_turn(const struct send_packet *packet, uint64_t first_ns,
			   uint64_t i)
{
	uint64_t due = first_ns + i * SEND_NS / packet->rate;

	if (packet->ms && due > first_ns + packet->ms * (SEND_NS / 1000))
		return false;
	/* waking up costs as much as sending */
	if (packet->gather && i % packet->gather)
		return true;
	if (due > send_now_ns())
		send_wait_until(due);
	return true;
}

/*
 * Sends a packet as often as it says, or as long. At a rate, what could not be
 * sent in time is sent as soon as possible; says how many were sent, how many
 * nanoseconds passed from the first to the last one, and, with a limit, how
 * many of them it should admit.
 */
static void send_all(int fd, struct send_packet packet)
{
	struct send_twin twin = { 0 };
	uint64_t first = 0, now = 0, i;
	struct send_frame frame;

	send_build(&frame, &packet);
	for (i = 0; packet.ms || i < packet.count; i++) {
		if (packet.rate && i && !send_wait_turn(&packet, first, i))
			break;
		if (packet.rate) {
			now = send_now_ns();
			first = i ? first : now;
			send_ask_twin(&twin, &packet, now);
		}
		send_frame(fd, &frame);
		if (send_step_all(&packet))
			send_build(&frame, &packet);
	}
	if (packet.rate)
		printf("%llu %llu %llu\n", (unsigned long long)i,
		       (unsigned long long)(now - first),
		       (unsigned long long)twin.admitted);
}

/* the words that are KEY=NUMBER */
static const struct send_word {
	const char *name;
	size_t at;
	const char *help;
} send_words[] = {
#define WORD(name, member, help) \
	{ name, offsetof(struct send_packet, member), help }
	WORD("ttl", ttl, "TTL or hop limit; default 64"),
	WORD("type", type, "ICMP type; default an echo request"),
	WORD("code", code, "ICMP code"),
	WORD("id", id, "identification of what fragments belong to; default 1"),
	WORD("len", len, "bytes of the message in this packet; default 64"),
	WORD("total", total, "bytes of the whole message, for its checksum; default len"),
	WORD("offset", offset, "where in the message a fragment begins, in bytes"),
	WORD("more", more, "1: more fragments follow"),
	WORD("protocol", protocol, "instead of ICMP"),
	WORD("next", next, "what the IPv6 fragment header says comes next"),
	WORD("options", options, "bytes of IPv4 options"),
	WORD("cut", cut, "bytes after the IP header that are there at all"),
	WORD("rest", rest, "bytes 5 to 8 of the message, as a number"),
	WORD("udp", udp, "UDP to this port instead of ICMP"),
	WORD("count", count, "how many; default 1"),
	WORD("rate", rate, "a second; default as fast as can be"),
	WORD("gather", gather, "with rate: so many at once, and a pause as long as they are"),
	WORD("ms", ms, "for so many milliseconds, instead of count"),
	WORD("limit", limit, "with rate: packets a second that should pass"),
	WORD("burst", burst, "with limit: packets at once that should pass"),
	WORD("step-src", step_src, "add this to the source each time"),
	WORD("step-net", step_net, "add this to the third and fourth group of an IPv6 source"),
	WORD("step-dst", step_dst, "add this to the destination each time"),
#undef WORD
};

static void send_usage(void)
{
	size_t i;

	fputs("usage: send NAMESPACE DEVICE [WORD...] [+|++ WORD...]...\n"
	      "  src=ADDRESS dst=ADDRESS to=MAC|broadcast\n"
	      "  payload=HEX  bytes after the first 8 of the message, as many as it says\n"
	      "             unless a len comes later; an error quotes a datagram by itself\n"
	      "  chain=LETTERS  IPv6 extension headers: Hop-by-hop, Destination,\n"
	      "             Routing, Fragment, AH, ESP; a fragment gets its own\n",
	      stderr);
	for (i = 0; i < sizeof(send_words) / sizeof(send_words[0]); i++)
		fprintf(stderr, "  %s=N  %s\n", send_words[i].name,
			send_words[i].help);
	exit(2);
}

static uint32_t send_parse_number(const char *word, const char *value)
{
	unsigned long number;
	char *end;

	errno = 0;
	number = strtoul(value, &end, 0);
	if (errno || *end || end == value || number > UINT32_MAX)
		send_die("not a number: %s", word);
	return number;
}

static void send_parse_address(struct send_packet *packet,
			       struct in6_addr *address, const char *value)
{
	int family = strchr(value, ':') ? AF_INET6 : AF_INET;

	memset(address, 0, sizeof(*address));
	if (inet_pton(family, value, address) != 1)
		send_die("not an address: %s", value);
	if (packet->family != family && packet->type == 8)
		packet->type = 128;
	else if (packet->family != family && packet->type == 128)
		packet->type = 8;
	packet->family = family;
}

static void send_parse_mac(uint8_t *mac, const char *value)
{
	if (!strcmp(value, "broadcast"))
		value = "ff:ff:ff:ff:ff:ff";
	if (sscanf(value, "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", &mac[0], &mac[1],
		   &mac[2], &mac[3], &mac[4], &mac[5]) != ETH_ALEN)
		send_die("not a link-layer address: %s", value);
}

/* The message becomes as long as it has to be. */
static void send_parse_payload(struct send_packet *packet, const char *value)
{
	size_t size = strlen(value) / 2, i;

	if (strlen(value) % 2 || size > SEND_PAYLOAD_MAX)
		send_die("not up to %d bytes in hexadecimal: %s",
			 SEND_PAYLOAD_MAX, value);
	for (i = 0; i < size; i++)
		if (sscanf(value + 2 * i, "%2hhx", &packet->payload[i]) != 1)
			send_die("not hexadecimal: %s", value);
	packet->payload_size = size;
	packet->len = 8 + size;
	packet->total = 0;
}

static void send_parse_word(struct send_packet *packet, const char *word)
{
	const char *value = strchr(word, '=');
	size_t size, i;

	if (!value)
		send_die("needs a value: %s", word);
	size = value++ - word;
	if (!strncmp(word, "src=", 4)) {
		send_parse_address(packet, &packet->src, value);
	} else if (!strncmp(word, "dst=", 4)) {
		send_parse_address(packet, &packet->dst, value);
	} else if (!strncmp(word, "to=", 3)) {
		send_parse_mac(packet->to, value);
	} else if (!strncmp(word, "payload=", 8)) {
		send_parse_payload(packet, value);
	} else if (!strncmp(word, "chain=", 6)) {
		if (strlen(value) > SEND_CHAIN_MAX)
			send_die("too many headers: %s", word);
		strcpy(packet->chain, value);
	} else {
		for (i = 0; i < sizeof(send_words) / sizeof(send_words[0]); i++)
			if (strlen(send_words[i].name) == size &&
			    !strncmp(word, send_words[i].name, size))
				break;
		if (i == sizeof(send_words) / sizeof(send_words[0]))
			send_die("no such word: %s", word);
		*(uint32_t *)((char *)packet + send_words[i].at) =
			send_parse_number(word, value);
		if (!strcmp(send_words[i].name, "next"))
			packet->has_next = true;
		if (!strcmp(send_words[i].name, "rest"))
			packet->has_rest = true;
	}
}

/* A socket of DEVICE in NAMESPACE; fills in where packets come from. */
static int send_open(const char *netns, const char *device,
		     struct send_packet *packet)
{
	struct sockaddr_ll link = {
		.sll_family = AF_PACKET,
		.sll_protocol = 0,
	};
	socklen_t size = sizeof(link);
	char path[256];
	int fd;

	snprintf(path, sizeof(path), "/run/netns/%s", netns);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || setns(fd, CLONE_NEWNET))
		send_die("%s: %s", path, strerror(errno));
	close(fd);
	fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	link.sll_ifindex = if_nametoindex(device);
	if (fd < 0 || bind(fd, (struct sockaddr *)&link, sizeof(link)) ||
	    getsockname(fd, (struct sockaddr *)&link, &size))
		send_die("%s: %s", device, strerror(errno));
	memcpy(packet->from, link.sll_addr, ETH_ALEN);
	return fd;
}

static void send_check(const struct send_packet *packet)
{
	if (packet->offset % 8)
		send_die("an offset that is no multiple of 8: %u",
			 packet->offset);
	if (packet->offset > 65528)
		send_die("an offset that no fragment can have: %u",
			 packet->offset);
	if (packet->options % 4 || packet->options > 40)
		send_die("not the length of IPv4 options: %u", packet->options);
	if (packet->ms && !packet->rate)
		send_die("needs a rate as well: ms=%u", packet->ms);
}

/* Keeps the link-layer addresses. */
static void send_default(struct send_packet *packet)
{
	struct send_packet fresh = {
		.family = AF_INET,
		.type = 8,
		.ttl = 64,
		.len = 64,
		.cut = UINT32_MAX,
		.count = 1,
		.id = 1,
	};

	memcpy(fresh.to, packet->to, ETH_ALEN);
	memcpy(fresh.from, packet->from, ETH_ALEN);
	*packet = fresh;
}

static void send_finish(int fd, struct send_packet packet)
{
	send_check(&packet);
	if (!packet.total)
		packet.total = packet.offset + packet.len;
	send_all(fd, packet);
}

/* Always the same one, for the order; timers and readers have the others. */
static void send_choose_cpu(void)
{
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	CPU_SET(0, &cpus);
	if (sched_setaffinity(0, sizeof(cpus), &cpus))
		send_die("cannot stay on one CPU: %s", strerror(errno));
}

int main(int argc, char **argv)
{
	struct send_packet packet;
	int fd, i;

	if (argc < 4)
		send_usage();
	memset(packet.to, 0xff, ETH_ALEN);
	fd = send_open(argv[1], argv[2], &packet);
	send_default(&packet);
	send_choose_cpu();
	for (i = 3; i < argc; i++) {
		if (argv[i][0] != '+') {
			send_parse_word(&packet, argv[i]);
			continue;
		}
		send_finish(fd, packet);
		if (!strcmp(argv[i], "++"))
			send_default(&packet);
	}
	send_finish(fd, packet);
	return 0;
}
