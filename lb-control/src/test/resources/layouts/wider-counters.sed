# A layout whose counters have a third number. For lb_abi.h and the classes of io.lbdirector.abi.
s/\(LB_LAYOUT_VERSION \)[0-9]*/\14/
s/\(int LAYOUT_VERSION = \)[0-9]*/\14/
/^struct lb_counter {/,/^};/s/^};/\t__u64 spare;\n};/
/^public final class CounterLayout/,/^}/s/\(int LENGTH = \)16;/\124;/
s/\(sizeof(struct lb_counter) == \)16/\124/
