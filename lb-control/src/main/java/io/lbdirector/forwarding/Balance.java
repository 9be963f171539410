package io.lbdirector.forwarding;

/**
 * How evenly a table's rows lie on its backends while all of them are fit: by the first candidate
 * of each row, before states and health choose who leads it.
 *
 * @param largestLoad most rows that one backend comes first in
 * @param busiest the backend that comes first in most rows for its weight; the lowest address of
 *     several
 * @param load rows in which {@code busiest} comes first
 * @param partPermille {@code load} in thousandths of the part of the rows that is due to the
 *     backend's weight, rounded: 1023 is 2.3 % above it
 * @param limit rows in which {@code busiest} may come first, after it was raised if it was; with
 *     {@link Algorithm#RENDEZVOUS} that is all of them
 * @param relaxed whether limits had to be raised above the table's balance limit; {@code load} is
 *     above {@code limit} only if that did not help either
 * @param rowsExchanged rows whose first two candidates changed places
 */
public record Balance(
    int largestLoad,
    IpAddress busiest,
    int load,
    long partPermille,
    int limit,
    boolean relaxed,
    int rowsExchanged) {}
