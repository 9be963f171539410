/**
 * Health checks of backends. Publishes what they find; what becomes of it is the director's matter.
 */
package io.lbdirector.health;
