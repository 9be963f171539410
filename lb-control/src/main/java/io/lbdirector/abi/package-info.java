/**
 * The Java half of {@code lb_abi.h}: map names and sizes, byte layouts, counter enums. Encodes and
 * decodes, calls nothing. {@code AbiLayoutTest} compares it with the C half through BTF.
 */
package io.lbdirector.abi;
