/**
 * {@code lbd doctor}: looks at the machine as it is and says of each thing whether it will do for a
 * director or a backend, and what to do if not. Changes nothing.
 */
package io.lbdirector.doctor;
