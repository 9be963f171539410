/**
 * Turns the files of GitHub's GLB director, {@code forwarding_table.json} and {@code
 * director.conf}, into the text of a {@code forwarding.toml} that gives the same rows. Strict: what
 * it does not know is a problem, and what it knows and cannot take over is named.
 */
package io.lbdirector.glb;
