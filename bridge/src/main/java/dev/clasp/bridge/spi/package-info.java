/** What a protocol implements to become a bridge (docs/bridge-provider.md). */
@NullMarked
package dev.clasp.bridge.spi;

import org.jspecify.annotations.NullMarked;
