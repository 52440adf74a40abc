/**
 * Remote Device Management (ANSI E1.20) as bytes: messages, unique identifiers, parameters,
 * discovery. No sockets and no ports.
 */
@NullMarked
package dev.clasp.rdm;

import org.jspecify.annotations.NullMarked;
