/** How long a reload takes from the text of the file to the live generation. */
package io.lbdirector.bench.reload;
