#pragma once

#include <string_view>

namespace weir::storage {

// Sockets on 127.0.0.1. All abort when the machine has no loopback.
int BindLoopback(int& port);                           // a socket on a free port, not listening yet
int ConnectLoopback(int port);                         // -1 when nobody listens
int RefusedPort();                                     // a port on which nobody listens
void SendAll(int connection, std::string_view bytes);  // or as much as the other side takes

}  // namespace weir::storage
