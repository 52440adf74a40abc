@NullMarked
package dev.clasp.webrtc;

import org.jspecify.annotations.NullMarked;
