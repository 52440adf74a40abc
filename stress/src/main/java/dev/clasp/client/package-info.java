/** What the threads of the client share, under stress. */
@NullMarked
package dev.clasp.client;

import org.jspecify.annotations.NullMarked;
