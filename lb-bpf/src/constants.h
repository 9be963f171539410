/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the loader may set before a program is loaded, and nobody after: the verifier sees
 * constants. */
#ifndef LB_CONSTANTS_H
#define LB_CONSTANTS_H

#include "lb_abi.h"

const volatile struct lb_constants lb_constants = {
	.gue_port = LB_GUE_PORT,
};

#endif
