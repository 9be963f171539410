/**
 * The admin socket: HTTP/1.1 and JSON on a Unix domain socket, over whatever implements {@link
 * io.lbdirector.director.DirectorControl}. The client half, {@link
 * io.lbdirector.admin.AdminClient}, uses nothing of the server half, so that {@code lbctl} starts
 * fast.
 */
package io.lbdirector.admin;
