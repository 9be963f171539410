package io.lbdirector.doctor;

/** All that the checks look at. */
record Machine(Host host, BpfKernel bpf, Network network) {}
