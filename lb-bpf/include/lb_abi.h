/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the BPF programs and the control plane share, and the only definition of it: map names and
 * sizes, key and value layouts, counters. The Java half is io.lbdirector.abi; AbiLayoutTest
 * compares the two through BTF and lists every difference.
 *
 * Layouts have explicit padding and no bitfields. Addresses, ports and MACs stand as on the wire
 * (__be*, bytes); every other number is in host order.
 */
#ifndef LB_ABI_H
#define LB_ABI_H

#include <linux/types.h>

/* Pinned objects of one layout live in a folder of this number; a change of any layout below, or of
 * a map's type, size or flags, takes the next one. */
#define LB_LAYOUT_VERSION 5

#define LB_GUE_PORT 19523 /* outer UDP destination port, unless the loader says otherwise */

#define LB_TABLE_ROWS	 65536
#define LB_MAX_HOPS	 4
#define LB_TABLE_SLOTS	 8193 /* two generations of 4,096 tables, and the empty one in slot 0 */
#define LB_GENERATIONS	 2    /* slots of what exists once per generation: live and idle */
#define LB_MAX_PORTS	 256
#define LB_MAX_EGRESS	 4096
#define LB_MAX_BINDS	 65536	/* of one generation, exact and wide together */
#define LB_MAX_VIPS	 262144 /* exact entries of one generation: 65,536 binds, echo, portless */
#define LB_BUCKETS	 32768	/* of lb_binds, of one generation */
#define LB_BUCKET_BINDS	 4
#define LB_MAX_SPANS	 262144 /* port spans of one generation: four a bind */
#define LB_MAX_NARROW	 1024	/* backends that the way is remembered to be too narrow to */
#define LB_MAX_FRAGMENTS 16384	/* datagrams whose ports are remembered at a time */
#define LB_MAX_BACKENDS	 65536	/* index 0 means no hop */
#define LB_MAX_VIP_STATS 131073 /* two generations of 65,536 binds; id 0 is never given out */
#define LB_BUCKET_SLOTS	 65536	/* two generations */
#define LB_WIDE_SLOTS	 131073 /* of lb_wide_binds: likewise; index 0 means no bind */
#define LB_SPAN_SLOTS	 524288 /* of lb_spans: two generations */
#define LB_WIDE_WORDS	 1024	/* of 64 bits, a bit for each value of 16 bits */

#define LB_MAX_COUNTERS 64 /* verdicts or outcomes: room for those to come, in the same layout */

#define LB_EMPTY_TABLE	0 /* slot that always holds the empty table */
#define LB_DEFAULT_PORT 0 /* key of the port used for an ifindex without an entry of its own */

/* lb_live: ARRAY of one, mmapable. What is chosen by generation lives in two copies; the low bit of
 * the generation says which one packets use, so that one aligned store flips everything. */
struct lb_settings {
	__be32 source_ip; /* outer IPv4 source address; 0: none, IPv4 backends cannot be reached */
	__u32 flags;	  /* LB_SETTING_* */
	__u8 source_ip6[16]; /* outer IPv6 source address; ::: none */
	__u32 wide;	     /* wide binds of this generation; 0: it has none to look for */
	__u16 mtu;	     /* bytes of IP packet on the way to the backends, or LB_MTU_OF_PORT */
	__u16 tcp_mss;	     /* most that a SYN may announce; 0: whatever it does */
	__u32 bind_mask;     /* buckets of lb_binds that are in use, a power of two, less one */
	__u8 class_mask;     /* bits of the inner DSCP and ECN that the outer has, too */
	__u8 reserved[27];
};

#define LB_MTU_OF_PORT	      65535	/* no limit besides the interface's */
#define LB_SETTING_ECHO_PASS  (1U << 0) /* ICMP echo to a VIP goes to the kernel */
#define LB_SETTING_ECHO_REPLY (1U << 1) /* ICMP echo to a VIP is answered by the program */
#define LB_SETTING_EGRESS_FIB (1U << 2) /* packets leave as the kernel's routes say */

struct lb_live {
	__u64 generation; /* 0: nothing published yet; only grows */
	__u8 reserved[56];
	struct lb_settings settings[LB_GENERATIONS];
};

/* lb_ports: HASH, ifindex -> how frames leave. */
struct lb_port {
	__u8 mac[6];	  /* the port's own, source of every frame sent */
	__u8 gateway[6];  /* next hop towards IPv4 backends; all zero: not known yet */
	__u8 gateway6[6]; /* next hop towards IPv6 backends; all zero: not known yet */
	__u16 mtu;	  /* bytes of IP packet that fit; 0: not limited here */
	__u32 reserved;
};

/*
 * lb_macs: ifindex & (LB_MAX_PORTS - 1) -> what lb_ports says of that interface, as the short way
 * wants it. Not all ports need be here. An entry is rewritten only after packets have ceased to use
 * it: ifindex is 0 for a grace period.
 */
struct lb_macs {
	__u32 ifindex; /* 0: nothing here */
	__u16 mtu;     /* bytes of IP packet that fit; 65535: not limited here */
	__u8 reserved[2];
	__u8 gateway[6]; /* next hop towards IPv4 backends, which is known */
	__u8 mac[6];	 /* the port's own: both as they stand in the Ethernet header */
	__u8 pad[4];
};

/* lb_egress: DEVMAP_HASH, ifindex -> the same (__u32): interfaces that packets may leave by under
 * LB_SETTING_EGRESS_FIB, beside the one that they came in on. */

/* lb_vips4, lb_vips6: ARRAY_OF_MAPS of LB_GENERATIONS, generation & 1 -> HASH of exact binds. An
 * ICMP echo request looks for its address with port 0 and protocol ICMP or ICMPv6, a fragment with
 * port 0 and its own protocol: an entry is there if all binds of that address and protocol lead to
 * one table and ports do not enter its hash. */
struct lb_vip4_key {
	__be32 address;
	__be16 port;
	__u8 protocol;
	__u8 pad;
};

struct lb_vip6_key {
	__u8 address[16];
	__be16 port;
	__u8 protocol;
	__u8 pad;
};

struct lb_vip {
	__u64 hash_key[2];    /* SipHash key of the flow hash, each half read little-endian */
	__u32 table;	      /* slot in lb_tables */
	__u32 stats;	      /* id in lb_vip_stats */
	__u8 hash_fields;     /* LB_HASH_* */
	__u8 alt_hash_fields; /* LB_HASH_*; 0: no migration of hash fields under way */
	__u16 flags;	      /* LB_VIP_*; 0: nothing out of the common */
	__u32 servers;	      /* with LB_VIP_QUIC: set of server ids in lb_servers; else 0 */
};

#define LB_VIP_IPIP (1U << 0) /* outer IP header only, to the first hop: no UDP, no GUE */
#define LB_VIP_QUIC (1U << 1) /* the server id in a QUIC connection id names the first hop */

/*
 * lb_binds: ARRAY of buckets, mmapable. The exact binds of TCP and UDP once more, for packets that
 * take the short way: no call is made to find one. The buckets of a generation stand from
 * slot * LB_BUCKETS on; its settings say how many are in use. A bind is in the bucket that its key
 * leads to, at the first free place; if there is none it is left out, and lb_vips4 or lb_vips6 has
 * it alone. So a bucket that is not full, and has no such key, says that there is no such bind.
 */
struct lb_bind_key {
	__be32 address; /* IPv6: the XOR of its four words */
	__be16 port;	/* 0: no bind here */
	__u8 protocol;
	__u8 family; /* LB_FAMILY_* */
};

struct lb_bind {
	__u8 address[16];    /* IPv6; all zero of IPv4, where the key says it all */
	__u64 hash_state[4]; /* of SipHash, as its key leaves it, half a round ahead: see hash.h */
	__u32 stats;	     /* id in lb_vip_stats */
	__u16 table;	     /* slot in lb_tables */
	__u8 hash_fields;    /* LB_HASH_*; 0: not for the short way */
	__u8 pad;
};

struct lb_bucket {
	__u64 keys[LB_BUCKET_BINDS]; /* struct lb_bind_key each */
	struct lb_bind binds[LB_BUCKET_BINDS];
};

/* The bucket of a key is LB_BUCKET_FACTOR * key >> LB_BUCKET_SHIFT & bind_mask. */
#define LB_BUCKET_FACTOR 0x9e3779b97f4a7c15ULL
#define LB_BUCKET_SHIFT	 48

/* lb_servers: ARRAY_OF_MAPS of LB_GENERATIONS, generation & 1 -> HASH of server ids, each with its
 * index in lb_backends (__u32). Only of backends that an id may name now. */
struct lb_server_key {
	__u32 servers;	  /* number of the set, from 1 on: tables may give one id to two backends */
	__be16 server_id; /* as it stands in a connection id */
	__u16 pad;
};

/*
 * Wide binds: those of more than one address, protocol or port. A packet that no exact bind takes
 * looks whether its bit in lb_wide_bits is set; then for the longest prefix that holds its address,
 * in lb_nets4 or lb_nets6; then, among the spans of that prefix and its own protocol, for the one
 * that holds its port. Spans of a prefix have in them what the prefixes around it give where it has
 * nothing of its own, so the longest prefix alone says it all.
 */

/* lb_nets4, lb_nets6: ARRAY_OF_MAPS of LB_GENERATIONS, generation & 1 -> LPM_TRIE. */
struct lb_net4_key {
	__u32 length; /* leading bits of the address that count */
	__be32 address;
};

struct lb_net6_key {
	__u32 length;
	__u8 address[16];
};

struct lb_span_list {
	__u32 first; /* index in lb_spans; the first span begins at port 0 */
	__u32 count; /* up to 65,536, by ascending port; 0: no bind here */
};

struct lb_net {
	struct lb_span_list tcp;
	struct lb_span_list udp;
	__u32 echo; /* index in lb_wide_binds, for echo requests */
	__u32 reserved;
};

/* lb_spans: ARRAY, mmapable. Each span ends where the next of its list begins. The half of a
 * generation is used from slot * LB_MAX_SPANS on; what no live lb_net leads to means nothing. */
struct lb_span {
	__u32 port; /* lowest, in host order. Port 0 is none that a bind can have: of fragments */
	__u32 bind; /* index in lb_wide_binds; 0: no bind */
};

/* lb_wide_binds: ARRAY, mmapable. The binds of a generation stand from 1 + slot * LB_MAX_BINDS on,
 * as many as its settings say. Packets use the first member only; the rest is who it is. */
struct lb_wide_bind {
	struct lb_vip vip;
	__u8 address[16]; /* of the prefix; an IPv4 address takes the first 4 bytes */
	__u8 length;	  /* of the prefix */
	__u8 family;	  /* LB_FAMILY_* */
	__u8 protocol;	  /* 0: any */
	__u8 pad;
	__u16 first_port; /* host order, both ends included */
	__u16 last_port;
	__u8 reserved[8];
};

/*
 * lb_wide_bits: ARRAY of LB_GENERATIONS, mmapable. A bit that is not set says that no wide bind
 * holds the address: most packets that are not ours need no more than that. IPv4 addresses go by
 * their first 16 bits, IPv6 addresses by the XOR of their first, second and third 16 bits, each as
 * a number read big-endian.
 */
struct lb_wide_bits {
	__u64 ipv4[LB_WIDE_WORDS];
	__u64 ipv6[LB_WIDE_WORDS];
};

#define LB_HASH_SRC_ADDR (1U << 0)
#define LB_HASH_DST_ADDR (1U << 1)
#define LB_HASH_SRC_PORT (1U << 2)
#define LB_HASH_DST_PORT (1U << 3)

/* lb_tables: ARRAY_OF_MAPS, slot -> ARRAY of LB_TABLE_ROWS rows, mmapable, frozen once filled. A
 * row is read as one 64-bit load. */
struct lb_row {
	__u16 hops[LB_MAX_HOPS]; /* indexes in lb_backends, primary first; 0: no further hop */
};

/* lb_backends: ARRAY of one, mmapable: LB_MAX_BACKENDS of these, index -> address. Only indexes
 * that no live row holds are ever rewritten. */
struct lb_backend {
	__u32 family;	  /* LB_FAMILY_*; 0: no backend here */
	__u8 address[16]; /* an IPv4 address takes the first 4 bytes */
	__u32 reserved;
};

#define LB_FAMILY_IPV4 4
#define LB_FAMILY_IPV6 6

/* lb_fragments: LRU_HASH, datagram -> what its first fragment said. Only of those that no portless
 * entry of lb_vips takes. An IPv4 address A stands as ::ffff:A. */
struct lb_fragment_key {
	__u8 source[16];
	__u8 destination[16];
	__be32 id;     /* one of IPv4 takes the first 2 bytes */
	__u8 protocol; /* IPv4 only; else 0 */
	__u8 pad[3];
};

struct lb_fragment {
	__be16 source_port;
	__be16 destination_port;
	__u8 protocol; /* behind all extension headers */
	__u8 pad[3];
};

/* lb_narrow: LRU_HASH, backend -> what routers on the way to it have said of packets sent there.
 * The key is as struct lb_address. */
struct lb_narrow {
	__u64 packets; /* that were too big */
	__u32 mtu;     /* bytes of IP packet that fit, as the last of them said; 0: it did not */
	__u32 reserved;
};

/* Value of lb_verdicts, lb_vip_stats, lb_be_stats, lb_outcomes, lb_probe_seen: PERCPU_ARRAY. Bytes
 * are those of the frame as received; of lb_probe_seen, as sent by its socket. */
struct lb_counter {
	__u64 packets;
	__u64 bytes;
};

/*
 * What became of a packet on the director. Every packet that enters is counted under exactly one of
 * these: their sum is the number of packets in. Numbers are never reused.
 */
enum lb_verdict {
	LB_TX_FORWARDED = 0,  /* encapsulated and sent to its first hop; normal */
	LB_PASS_NOT_IP = 1,   /* neither IPv4 nor IPv6, such as ARP; normal */
	LB_PASS_NO_BIND = 2,  /* no bind matches: not ours; normal */
	LB_PASS_PROTOCOL = 3, /* neither TCP nor UDP nor ICMP; normal */
	LB_PASS_ICMP = 4,    /* ICMP but echo requests and errors, as neighbour discovery; normal */
	LB_PASS_ECHO = 5,    /* echo request to a VIP under icmp_echo = "pass"; normal */
	LB_PASS_VLAN = 6,    /* more than two VLAN tags */
	LB_PASS_OPTIONS = 7, /* more IPv6 extension headers than are looked through: eight */
	LB_PASS_FRAGMENT = 8,	   /* first fragment of an ICMP message that is no echo request */
	LB_PASS_MALFORMED = 9,	   /* headers cut short or lengths that lie: the kernel drops it */
	LB_PASS_UNCONFIGURED = 10, /* no generation published yet; only before the first */
	LB_DROP_NO_TABLE = 11,	   /* bind without a table; never normal */
	LB_DROP_NO_HOP = 12,	   /* row without hops: every backend of the table is inactive */
	LB_DROP_NO_BACKEND = 13,   /* row that names an index without an address; never normal */
	LB_DROP_NO_SOURCE = 14,	 /* no outer source address of the backend's family; never normal */
	LB_DROP_NO_GATEWAY = 15, /* no port, or its gateway not known yet; only at start */
	LB_DROP_NO_HEADROOM = 16, /* no room in front of the frame for the outer headers */
	LB_DROP_TOO_LONG = 17,	  /* longer than an IP packet can be, once encapsulated */
	LB_PASS_QUOTE = 18,	  /* ICMP error that quotes no flow of its destination; normal */
	LB_DROP_FRAGMENT =
		19, /* fragment to a VIP whose first has not come; normal in small numbers */

	LB_DROP_TOO_BIG = 20, /* too big for the way to the backends, and not answered: too many
				 were, or it is none to be answered */
	LB_TX_TOO_BIG = 21,   /* too big for the way to the backends: its sender was told; normal */
	LB_TX_ECHO = 22,      /* echo request to a VIP, answered here; normal */
	LB_PASS_NARROW = 23,  /* a router's word that a packet sent to a backend was too big */

	/* Under LB_SETTING_EGRESS_FIB; the kernel's word on the outer packet. */
	LB_DROP_NO_NEIGHBOUR = 24, /* MAC of the next hop not known, or no longer */
	LB_DROP_NO_ROUTE = 25, /* no route to the first hop, or none that leads anywhere: blackhole,
				  unreachable, prohibited, or an address of this machine */
	LB_DROP_NO_FORWARDING = 26, /* forwarding is off on the interface it came in on */
	LB_DROP_NO_EGRESS = 27,	    /* its route leads out of an interface that is not in lb_egress,
				       or through a tunnel of the route's own */

	LB_VERDICTS = 28,
};

#define LB_MAX_ALLOW	 4096 /* prefixes that may send here */
#define LB_MAX_VIPS_SEEN 4096 /* VIPs counted each on its own */

/* lb_allow: LPM_TRIE, who may send here: outer source -> 1. Empty as loaded, so nobody may. Keys
 * are IPv6; an IPv4 network N/L stands as ::ffff:N/(96+L). */
struct lb_prefix {
	__u32 length; /* leading bits of the address that count */
	__u8 address[16];
};

/* Key of lb_vip_list and lb_vip_seen: an IPv6 address, or an IPv4 address A as ::ffff:A. */
struct lb_address {
	__u8 bytes[16];
};

/* lb_be_config: ARRAY of one. All zero as loaded. */
struct lb_be_config {
	__u32 flags; /* LB_BACKEND_* */
	__u32 reserved;
};

#define LB_BACKEND_ONLY_LISTED_VIPS (1U << 0) /* refuse packets for VIPs not in lb_vip_list */

/*
 * What became of a packet on the backend. Every packet that enters is counted under exactly one of
 * these. Numbers are never reused.
 */
enum lb_outcome {
	LB_OUTCOME_UNDECIDED =
		0,	       /* not an outcome: the packet is still on its way; never counted */
	LB_OUTCOME_PASSED = 1, /* not GUE to our port: to the kernel untouched; normal */
	LB_OUTCOME_SYN = 2,    /* accepted: begins a connection; normal */
	LB_OUTCOME_KNOWN = 3,  /* accepted: a socket here knows its flow; normal */
	LB_OUTCOME_COOKIE = 4, /* accepted: a listener here gave out its SYN cookie; normal */
	LB_OUTCOME_STATELESS = 5, /* accepted by the first hop: not TCP, or a fragment; normal */
	LB_OUTCOME_LAST_RESORT =
		6,		/* accepted: unknown, but no hop is left; normal in small numbers */
	LB_OUTCOME_TO_SELF = 7, /* accepted: unknown, and all hops left are this backend itself */
	LB_OUTCOME_FORWARDED = 8, /* unknown: sent to the next hop; normal while a backend drains */
	LB_OUTCOME_CONTROL = 9,	  /* control message, answered; normal */
	LB_OUTCOME_MALFORMED =
		10, /* GUE to our port, cut short or with lengths that lie: dropped */
	LB_OUTCOME_REFUSED_SOURCE = 11, /* sender is not in lb_allow: dropped */
	LB_OUTCOME_REFUSED_VIP = 12,	/* VIP is not in lb_vip_list: dropped */
	LB_OUTCOME_REFUSED_ECN =
		13, /* congestion marked, inner flow does not know marks: dropped */

	LB_OUTCOMES = 14,
};

/* Value of lb_vip_seen: HASH, VIP -> what became of its packets; indexed by enum lb_outcome. The
 * key :: counts what was dropped before its VIP was known, or for its VIP. Not per CPU: a control
 * message is answered with these, in XDP. */
struct lb_vip_outcomes {
	struct lb_counter outcomes[LB_OUTCOMES];
};

/* GUE variant 0 with GLB's private data, behind the outer UDP header. */
struct lb_gue {
	__u8 version_hlen; /* version (2 bits) 0, control (1) 0, hlen (5): 32-bit words after this
			      one */
	__u8 protocol;	   /* 4: IPv4 inside; 41: IPv6 inside */
	__be16 flags;	   /* 0 */
	__be16 type;	   /* LB_GUE_HOPS_IPV4 or LB_GUE_HOPS_IPV6 */
	__u8 next_hop;	   /* index of the next hop to try; the director writes 0 */
	__u8 hop_count;	   /* hops that follow, 4 or 16 bytes each */
};

#define LB_GUE_MAX_HOPS 7 /* behind the first; what hlen holds of IPv6 addresses */

/*
 * GUE control message (variant 0, control bit): asks a backend for the counters of a VIP, and is
 * sent back with them. The reply is as long as the request: whoever asks leaves room for as many
 * struct lb_control_counter as are wanted, and gets those that fit.
 */
struct lb_control {
	__u8 version_hlen; /* 0x20: variant 0, control, no options */
	__u8 type;	   /* LB_CONTROL_* */
	__be16 flags;	   /* 0 */
	__be32 nonce[2];   /* sent back as it came */
	__be32 count;	   /* request: 0; reply: counters that follow, in the order of lb_outcome */
	__u8 vip[16];	   /* as struct lb_address */
	__be32 reserved;
};

struct lb_control_counter {
	__be64 packets;
	__be64 bytes;
};

#define LB_CONTROL_ASK	  1
#define LB_CONTROL_ANSWER 2

#define LB_GUE_HOPS_IPV4 0
#define LB_GUE_HOPS_IPV6 1

/* lb_probes: HASH, socket mark -> where packets of such sockets are tunnelled to. Up to one entry a
 * backend. */
struct lb_probe {
	__u8 backend[16]; /* outer destination; an IPv4 address takes the first 4 bytes */
	__u8 source[16];  /* outer source, likewise */
	__u32 family;	  /* LB_FAMILY_*, of both */
	__u32 reserved;
};

/*
 * What became of a marked packet. Those whose mark is in lb_probes are counted in lb_probe_seen
 * under exactly one of these; no other packet is. Numbers are never reused.
 */
enum lb_probe_result {
	LB_PROBE_SENT = 0,     /* encapsulated, and on its way; normal */
	LB_PROBE_NOT_IP = 1,   /* neither IPv4 nor IPv6 behind the Ethernet header: dropped */
	LB_PROBE_TOO_LONG = 2, /* longer than the interface's MTU, once encapsulated: dropped */
	LB_PROBE_NO_ROOM = 3,  /* the kernel makes no room in front of it: dropped */

	LB_PROBE_RESULTS = 4,
};

/* .rodata: what never changes while a program is loaded. */
struct lb_constants {
	__u16 gue_port; /* outer UDP destination port */
	__u8 frags;	/* 1: loaded to take frames of several buffers (BPF_F_XDP_HAS_FRAGS) */
	__u8 reserved[5];
};

_Static_assert(sizeof(struct lb_settings) == 64, "one cache line");
_Static_assert(sizeof(struct lb_live) == 192,
	       "generation and settings on cache lines of their own");
_Static_assert(sizeof(struct lb_port) == 24, "lb_port has no hidden padding");
_Static_assert(sizeof(struct lb_macs) == 24, "lb_macs has no hidden padding");
_Static_assert(sizeof(struct lb_bind_key) == 8, "compared as one word");
_Static_assert(sizeof(struct lb_bind) == 56, "lb_bind has no hidden padding");
_Static_assert(sizeof(struct lb_bucket) == 256, "keys on one cache line");
_Static_assert(sizeof(struct lb_vip4_key) == 8, "lb_vip4_key has no hidden padding");
_Static_assert(sizeof(struct lb_vip6_key) == 20, "lb_vip6_key has no hidden padding");
_Static_assert(sizeof(struct lb_vip) == 32, "lb_vip has no hidden padding");
_Static_assert(sizeof(struct lb_server_key) == 8, "lb_server_key has no hidden padding");
_Static_assert(sizeof(struct lb_net4_key) == 8, "lb_net4_key has no hidden padding");
_Static_assert(sizeof(struct lb_net6_key) == 20, "lb_net6_key has no hidden padding");
_Static_assert(sizeof(struct lb_net) == 24, "lb_net has no hidden padding");
_Static_assert(sizeof(struct lb_span) == 8, "lb_span has no hidden padding");
_Static_assert(sizeof(struct lb_wide_bind) == 64, "one cache line");
_Static_assert(sizeof(struct lb_wide_bits) == 16384, "8 KiB for each family");
_Static_assert(sizeof(struct lb_row) == 8, "a row is one 64-bit load");
_Static_assert(sizeof(struct lb_backend) == 24, "lb_backend has no hidden padding");
_Static_assert(sizeof(struct lb_fragment_key) == 40, "lb_fragment_key has no hidden padding");
_Static_assert(sizeof(struct lb_fragment) == 8, "lb_fragment has no hidden padding");
_Static_assert(sizeof(struct lb_narrow) == 16, "lb_narrow has no hidden padding");
_Static_assert(sizeof(struct lb_counter) == 16, "lb_counter has no hidden padding");
_Static_assert(sizeof(struct lb_constants) == 8, "lb_constants has no hidden padding");
_Static_assert(sizeof(struct lb_prefix) == 20, "lb_prefix has no hidden padding");
_Static_assert(sizeof(struct lb_address) == 16, "lb_address has no hidden padding");
_Static_assert(sizeof(struct lb_be_config) == 8, "lb_be_config has no hidden padding");
_Static_assert(sizeof(struct lb_control) == 36, "lb_control is a wire format");
_Static_assert(sizeof(struct lb_control_counter) == 16, "lb_control_counter is a wire format");
_Static_assert(sizeof(struct lb_gue) == 8, "lb_gue is a wire format");
_Static_assert(sizeof(struct lb_probe) == 40, "lb_probe has no hidden padding");

#endif
