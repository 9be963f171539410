package io.lbdirector.admin;

import io.netty.channel.group.ChannelGroup;
import java.util.concurrent.Executor;

/**
 * What all connections of a server share.
 *
 * @param worker makes answers that may be long; one at a time, so that a crowd of them takes no
 *     more memory than it must
 * @param connections those that are served
 * @param streams those of them that are told of events
 */
record Service(
    Router router,
    Limits limits,
    Executor worker,
    ChannelGroup connections,
    ChannelGroup streams) {}
