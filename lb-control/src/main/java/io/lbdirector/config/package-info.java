/**
 * Turns the text of a {@code forwarding.toml} into a {@link io.lbdirector.config.DirectorConfig}.
 * Every problem found is reported with file, line, key path, value and remedy; nothing is guessed.
 */
package io.lbdirector.config;
