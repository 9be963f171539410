/** How long the rows of a table take to build. */
package io.lbdirector.bench.tables;
