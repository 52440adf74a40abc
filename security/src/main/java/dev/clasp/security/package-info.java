/**
 * Who may do what: scopes as sets of addresses, tokens, and the identities that they prove.
 *
 * <p>Knows neither sockets nor sessions. A router asks an {@link dev.clasp.security.Authenticator}
 * once for each HELLO and then decides every operation by the {@link dev.clasp.security.Identity}
 * that it got, which is immutable and may be used on any thread.
 */
@NullMarked
package dev.clasp.security;

import org.jspecify.annotations.NullMarked;
