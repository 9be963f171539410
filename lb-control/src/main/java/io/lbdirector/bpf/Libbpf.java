package io.lbdirector.bpf;

import jnr.ffi.Pointer;
import jnr.ffi.annotations.Delegate;
import jnr.ffi.annotations.In;
import jnr.ffi.annotations.Out;
import jnr.ffi.types.size_t;
import jnr.ffi.types.u_int64_t;

/**
 * What we use of libbpf 1.x, names as in {@code bpf/libbpf.h} and {@code bpf/bpf.h}. Only what is
 * used: each function costs start-up time. A result below 0 is {@code -errno}; a {@code NULL}
 * leaves its reason in errno; see {@link Native}.
 */
final class Libbpf {
  private Libbpf() {}

  /** Public for jnr-ffi alone, whose class loader implements it; being in here keeps it ours. */
  public interface Api {
    Pointer libbpf_set_print(PrintFn print);

    int libbpf_num_possible_cpus();

    int libbpf_probe_bpf_helper(int programType, int helper, Pointer opts);

    Pointer bpf_object__open_mem(Pointer buffer, @size_t long size, Pointer openOpts);

    int bpf_object__load(Pointer object);

    void bpf_object__close(Pointer object);

    Pointer bpf_object__next_map(Pointer object, Pointer previous);

    Pointer bpf_object__next_program(Pointer object, Pointer previous);

    String bpf_program__name(Pointer program);

    int bpf_program__fd(Pointer program);

    int bpf_program__flags(Pointer program);

    int bpf_program__set_flags(Pointer program, int flags);

    int bpf_program__set_log_buf(Pointer program, Pointer buffer, @size_t long size);

    int bpf_map__fd(Pointer map);

    String bpf_map__name(Pointer map);

    int bpf_map__type(Pointer map);

    int bpf_map__key_size(Pointer map);

    int bpf_map__value_size(Pointer map);

    int bpf_map__max_entries(Pointer map);

    int bpf_map__map_flags(Pointer map);

    int bpf_map__set_max_entries(Pointer map, int maxEntries);

    int bpf_map__set_inner_map_fd(Pointer map, int fd);

    int bpf_map__reuse_fd(Pointer map, int fd);

    Pointer bpf_map__initial_value(Pointer map, @Out long[] size);

    int bpf_map_create(
        int type, String name, int keySize, int valueSize, int maxEntries, Pointer createOpts);

    int bpf_map_lookup_elem(int fd, @In byte[] key, @Out byte[] value);

    int bpf_map_update_elem(int fd, @In byte[] key, @In byte[] value, @u_int64_t long flags);

    int bpf_map_delete_elem(int fd, @In byte[] key);

    int bpf_map_get_next_key(int fd, @In byte[] key, @Out byte[] nextKey);

    int bpf_map_freeze(int fd);

    int bpf_map_update_batch(
        int fd, Pointer keys, Pointer values, @In @Out int[] count, Pointer batchOpts);

    int bpf_map_lookup_batch(
        int fd,
        @In byte[] inBatch,
        @Out byte[] outBatch,
        Pointer keys,
        Pointer values,
        @In @Out int[] count,
        Pointer batchOpts);

    int bpf_obj_pin(int fd, String path);

    int bpf_obj_get(String path);

    int bpf_obj_get_info_by_fd(int fd, @In @Out byte[] info, @In @Out int[] length);

    int bpf_link_create(int programFd, int target, int attachType, Pointer createOpts);

    int bpf_link_update(int linkFd, int programFd, Pointer updateOpts);

    int bpf_link_detach(int linkFd);

    int bpf_prog_test_run_opts(int programFd, Pointer testRunOpts);

    /** {@code libbpf_print_fn_t}. */
    @FunctionalInterface
    public interface PrintFn {
      /**
       * @param level 0 warn, 1 info, 2 debug
       * @param format for printf
       * @param arguments a {@code va_list}, good for one use
       */
      @Delegate
      int print(int level, Pointer format, Pointer arguments);
    }
  }
}
