/// Calls of Linux that Swift's Glibc does not show: extensions behind _GNU_SOURCE, macros, and a variable number of
/// arguments.
#ifndef WINNOW_LINUX_H
#define WINNOW_LINUX_H

/// Asks the kernel to kill this process when the thread that started it ends.
void linux_die_with_parent(void);

/// Writes the numbers of the processors that the calling thread may use, in order, as far as they fit.
///
/// Returns how many were written; 0 where they are not known.
int linux_processors(int *numbers, int capacity);

/// Keeps the calling thread on one processor; nothing happens where there is none of this number.
void linux_stay_on_processor(int number);

/// A new file without a name in this folder, open for reading and writing; -1 with errno where there can be none.
int linux_nameless_file(const char *folder);

/// Gives back memory that is not in use: free pieces of the heap, and the mapped pages of programs and libraries.
///
/// These pages stay in the page cache and come again when they are used. Called between two parts of a program that have
/// little code in common.
void linux_trim_memory(void);

#endif
