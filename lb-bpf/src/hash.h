/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The flow hash: SipHash-2-4 over the fields that the bind has switched on, in the order source
 * address, destination address, source port, destination port, each as it stands on the wire. Any
 * director with the same key takes a flow to the same row.
 *
 * https://www.aumasson.jp/siphash/siphash.pdf; io.lbdirector.forwarding.FlowHash is the model.
 */
#ifndef LB_HASH_H
#define LB_HASH_H

#include "parse.h"

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "fields enter the hash as little-endian words: a big-endian host would have to swap them"
#endif

/* State of a hash at work: four words, and the bytes that do not fill a block of eight yet. The
 * words are half a round ahead, by that half which no block enters: so it is done where keys are
 * prepared, and not for every packet. */
struct siphash {
	__u64 v0, v1, v2, v3;
	__u64 tail;
	__u32 length; /* bytes taken in so far */
};

static __always_inline __u64 siphash_rotate(__u64 word, int bits)
{
	return word << bits | word >> (64 - bits);
}

/* A round is these two. */
static __always_inline void siphash_first_half(struct siphash *s)
{
	s->v0 += s->v1;
	s->v1 = siphash_rotate(s->v1, 13) ^ s->v0;
	s->v0 = siphash_rotate(s->v0, 32);
}

static __always_inline void siphash_second_half(struct siphash *s)
{
	s->v2 += s->v3;
	s->v3 = siphash_rotate(s->v3, 16) ^ s->v2;
	s->v0 += s->v3;
	s->v3 = siphash_rotate(s->v3, 21) ^ s->v0;
	s->v2 += s->v1;
	s->v1 = siphash_rotate(s->v1, 17) ^ s->v2;
	s->v2 = siphash_rotate(s->v2, 32);
}

static __always_inline void siphash_block(struct siphash *s, __u64 block)
{
	s->v3 ^= block;
	siphash_second_half(s);
	siphash_first_half(s);
	siphash_second_half(s);
	s->v0 ^= block;
	siphash_first_half(s);
}

static __always_inline void siphash_init(struct siphash *s, const __u64 key[2])
{
	s->v0 = key[0] ^ 0x736f6d6570736575ULL;
	s->v1 = key[1] ^ 0x646f72616e646f6dULL;
	s->v2 = key[0] ^ 0x6c7967656e657261ULL;
	s->v3 = key[1] ^ 0x7465646279746573ULL;
	s->tail = 0;
	s->length = 0;
	siphash_first_half(s);
}

/* Takes in the @bytes (2, 4 or 8) low bytes of @value; the others are zero. */
static __always_inline void siphash_push(struct siphash *s, __u64 value, __u32 bytes)
{
	const __u32 filled = s->length & 7;

	s->tail |= value << 8 * filled;
	s->length += bytes;
	if (filled + bytes < 8)
		return;
	siphash_block(s, s->tail);
	s->tail = filled ? value >> 8 * (8 - filled) : 0;
}

static __always_inline __u64 siphash_finish(struct siphash *s)
{
	siphash_block(s, (__u64)s->length << 56 | s->tail);
	s->v2 ^= 0xff;
	siphash_second_half(s);
#pragma unroll
	for (int round = 1; round < 4; round++) {
		siphash_first_half(s);
		siphash_second_half(s);
	}
	return s->v0 ^ s->v1 ^ s->v2 ^ s->v3;
}

static __always_inline void hash_push_address(struct siphash *s, const union address *address,
					      __u8 family)
{
	if (family == LB_FAMILY_IPV4) {
		siphash_push(s, address->words[3], sizeof(address->words[3]));
		return;
	}
	siphash_push(s, address->halves[0], sizeof(address->halves[0]));
	siphash_push(s, address->halves[1], sizeof(address->halves[1]));
}

/* @s: as siphash_init() leaves it. */
static __always_inline __u64 hash_over(struct siphash *s, __u8 fields, const struct packet *packet)
{
	if (fields & LB_HASH_SRC_ADDR)
		hash_push_address(s, &packet->source, packet->family);
	if (fields & LB_HASH_DST_ADDR)
		hash_push_address(s, &packet->destination, packet->family);
	if (fields & LB_HASH_SRC_PORT)
		siphash_push(s, packet->source_port, sizeof(packet->source_port));
	if (fields & LB_HASH_DST_PORT)
		siphash_push(s, packet->destination_port, sizeof(packet->destination_port));
	return siphash_finish(s);
}

static __always_inline __u64 hash_with(const __u64 key[2], __u8 fields, const struct packet *packet)
{
	struct siphash s;

	siphash_init(&s, key);
	return hash_over(&s, fields, packet);
}

/* The hash of @packet's flow; its low 16 bits are the row. */
static __always_inline __u64 hash_flow(const struct lb_vip *vip, const struct packet *packet)
{
	return hash_with(vip->hash_key, vip->hash_fields, packet);
}

/* The same over the other choice of fields, while one gives way to the other. Rarely wanted, hence
 * not a second copy of the code on the path of every packet. */
static __noinline __u64 hash_alternative(const struct lb_vip *vip, const struct packet *packet)
{
	return hash_with(vip->hash_key, vip->alt_hash_fields, packet);
}

#endif
