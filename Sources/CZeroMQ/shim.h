/* The C interface of libzmq 4.3 as Swift sees it, and the kernel's event counter, with which a wait for messages
   is interrupted. Declarations only. */
#pragma once
#include <sys/eventfd.h>
#include <zmq.h>
