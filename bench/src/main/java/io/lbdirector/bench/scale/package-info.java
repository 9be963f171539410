/** How what the control plane does grows with tables, binds and backends. */
package io.lbdirector.bench.scale;
