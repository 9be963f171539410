/**
 * A director of the product's own classes, in a BPF file system of its own, for suites to drive.
 */
package io.lbdirector.bench.director;
