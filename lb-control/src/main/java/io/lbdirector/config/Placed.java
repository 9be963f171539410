package io.lbdirector.config;

/** A part of a config and the section that it was read from, for problems found later. */
record Placed<T>(T value, Section section) {}
