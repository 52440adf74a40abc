/** Bridges that live beside a router, in its process, and how they are administered. */
@NullMarked
package dev.clasp.bridgeserver;

import org.jspecify.annotations.NullMarked;
