# Leave out of llama.cpp what MedBot never calls: its common library holds an HTTP client, and a program that
# promises to stay off the network should not carry one. The wheel also builds in two thirds of the time.
# The package's own CMakeLists.txt forces the cache entry ON; a plain variable of the project is read before it.
set(LLAMA_BUILD_COMMON OFF)

# Put each library once, beside the Python module that opens it: a wheel cannot hold the symbolic links
# of versioned libraries and would carry three copies of each, twice.
set(CMAKE_PLATFORM_NO_VERSIONED_SONAME ON)
set(CMAKE_INSTALL_BINDIR llama_cpp/lib)
set(CMAKE_INSTALL_LIBDIR llama_cpp/lib)
set(CMAKE_INSTALL_INCLUDEDIR llama_cpp/include)
