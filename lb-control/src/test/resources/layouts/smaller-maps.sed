# A layout with smaller maps: counters of binds, tables, fragments. For lb_abi.h and the classes of io.lbdirector.abi.
s/\(LB_LAYOUT_VERSION \)[0-9]*/\13/
s/\(int LAYOUT_VERSION = \)[0-9]*/\13/
s/\(LB_MAX_VIP_STATS \)[0-9]*/\165537/
s/\(int MAX_VIP_STATS = \)[0-9_]*/\165_537/
s/\(LB_TABLE_SLOTS[[:space:]]*\)[0-9]*/\14097/
s/\(int TABLE_SLOTS = \)[0-9_]*/\14097/
s/\(LB_MAX_FRAGMENTS \)[0-9]*/\18192/
s/\(int MAX_FRAGMENTS = \)[0-9_]*/\18_192/
