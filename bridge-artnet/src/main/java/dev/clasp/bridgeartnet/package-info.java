/** Art-Net 4 (Artistic Licence): packets, node and controller (bridges.md 5). */
@NullMarked
package dev.clasp.bridgeartnet;

import org.jspecify.annotations.NullMarked;
