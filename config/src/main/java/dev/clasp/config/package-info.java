/**
 * Settings from files and from the environment (operations.md 12.5).
 *
 * <p>A {@link dev.clasp.config.Catalogue} lists the {@link dev.clasp.config.Setting}s that there
 * are. A file in YAML, JSON or TOML becomes a tree of {@link dev.clasp.config.Node}s that know
 * their lines; {@link dev.clasp.config.Settings} are what file and environment say together, each
 * with its {@link dev.clasp.config.Origin}. What a setting does is the business of others.
 *
 * <p>Nothing here is shared between threads.
 */
@NullMarked
package dev.clasp.config;

import org.jspecify.annotations.NullMarked;
