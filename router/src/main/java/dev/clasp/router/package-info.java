/** Sessions, subscriptions and parameters, free of sockets. */
@NullMarked
package dev.clasp.router;

import org.jspecify.annotations.NullMarked;
