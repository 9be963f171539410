/**
 * How the log is written: one line an event, for people and for journald alike. The only package
 * that knows Logback.
 */
package io.lbdirector.log;
