/** What every suite needs: samples, the report, what the machine is. Measures nothing itself. */
package io.lbdirector.bench.harness;
