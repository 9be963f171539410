/** What is measured of a director, in the words and formats of monitoring systems. */
package io.lbdirector.metrics;
