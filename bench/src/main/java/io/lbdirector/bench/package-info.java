/**
 * The benchmark harness: {@link io.lbdirector.bench.Bench} runs suites, each a package beside this
 * one, over the product's own classes and objects.
 */
package io.lbdirector.bench;
