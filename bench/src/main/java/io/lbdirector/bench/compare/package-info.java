/** Two runs side by side: {@code bench/compare}. */
package io.lbdirector.bench.compare;
