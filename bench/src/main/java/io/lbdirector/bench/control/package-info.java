/** The control plane under load: health checks, the command line, the admin socket. */
package io.lbdirector.bench.control;
