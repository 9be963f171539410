/**
 * What runs in the kernel: one loaded director with its pinned maps ({@link
 * io.lbdirector.dataplane.DataPlane}), and the way it goes from one generation to the next ({@link
 * io.lbdirector.dataplane.DataPlaneSwap}).
 */
package io.lbdirector.dataplane;
