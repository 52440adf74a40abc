/**
 * What bridges to other protocols share: where a bridge's addresses are, values as JSON, and how to
 * know one's own message when it comes back. A bridge is an ordinary client of a router (bridges.md
 * 2.14).
 */
@NullMarked
package dev.clasp.bridge;

import org.jspecify.annotations.NullMarked;
