/** What tables are like, beside those of others, and how long their rows take to build. */
package io.lbdirector.bench.tables;
