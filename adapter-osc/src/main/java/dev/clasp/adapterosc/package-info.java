/** OSC programs as sessions of the router (bridges.md 13). */
@NullMarked
package dev.clasp.adapterosc;

import org.jspecify.annotations.NullMarked;
