@NullMarked
package dev.clasp.bridgemqtt;

import org.jspecify.annotations.NullMarked;
