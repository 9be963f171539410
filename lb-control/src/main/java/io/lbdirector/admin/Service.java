package io.lbdirector.admin;

import io.netty.channel.group.ChannelGroup;
import java.util.concurrent.Executor;

/**
 * What all connections of a server share.
 *
 * @param worker makes answers that may be long, one after another
 * @param owed what was made and not taken
 * @param connections those that are served
 * @param streams those of them that are told of events
 */
record Service(
    Router router,
    Limits limits,
    Executor worker,
    Owed owed,
    ChannelGroup connections,
    ChannelGroup streams) {}
