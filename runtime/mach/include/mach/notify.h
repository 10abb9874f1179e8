/* Messages that the kernel sends about ports. Names, values and layouts are Darwin's; each struct
 * ends with the shortest trailer that tells the sender, which msgh_size does not count. Part of the
 * emulation's headers (see mach.h). Believe one only if its audit token is the kernel's: any holder
 * of a send right can use these ids. */

#ifndef IPDL_MACH_NOTIFY_H_
#define IPDL_MACH_NOTIFY_H_

#include <mach/message.h>
#include <mach/port.h>

#define MACH_NOTIFY_FIRST 64
#define MACH_NOTIFY_PORT_DELETED (MACH_NOTIFY_FIRST + 1)
#define MACH_NOTIFY_SEND_POSSIBLE (MACH_NOTIFY_FIRST + 2)
#define MACH_NOTIFY_PORT_DESTROYED (MACH_NOTIFY_FIRST + 5)
#define MACH_NOTIFY_NO_SENDERS (MACH_NOTIFY_FIRST + 6)
#define MACH_NOTIFY_SEND_ONCE (MACH_NOTIFY_FIRST + 7)
#define MACH_NOTIFY_DEAD_NAME (MACH_NOTIFY_FIRST + 8)
#define MACH_NOTIFY_LAST (MACH_NOTIFY_FIRST + 15)

#pragma pack(push, 4)

typedef struct {
  char mig_vers;
  char if_vers;
  char reserved1;
  char mig_encoding;
  char int_rep;
  char char_rep;
  char float_rep;
  char reserved2;
} NDR_record_t;

typedef struct {
  mach_msg_header_t not_header;
  NDR_record_t NDR;
  mach_port_name_t not_port;
  mach_msg_security_trailer_t trailer;
} mach_port_deleted_notification_t;

typedef mach_port_deleted_notification_t mach_send_possible_notification_t;
typedef mach_port_deleted_notification_t mach_dead_name_notification_t;

typedef struct {
  mach_msg_header_t not_header;
  mach_msg_body_t not_body;
  mach_msg_port_descriptor_t not_port;
  mach_msg_security_trailer_t trailer;
} mach_port_destroyed_notification_t;

typedef struct {
  mach_msg_header_t not_header;
  NDR_record_t NDR;
  mach_msg_type_number_t not_count;
  mach_msg_security_trailer_t trailer;
} mach_no_senders_notification_t;

typedef struct {
  mach_msg_header_t not_header;
  mach_msg_security_trailer_t trailer;
} mach_send_once_notification_t;

#pragma pack(pop)

#endif /* IPDL_MACH_NOTIFY_H_ */
