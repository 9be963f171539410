/**
 * One thread that owns the truth: the desired config, what is live, and the way from one to the
 * other. Everything else posts to it through {@link io.lbdirector.director.DirectorControl}.
 */
package io.lbdirector.director;
