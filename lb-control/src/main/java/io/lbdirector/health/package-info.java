/**
 * Health checks: asks every backend the way a table says, all on one event loop, and publishes a
 * verdict for each. What follows from a verdict is not decided here.
 */
package io.lbdirector.health;
